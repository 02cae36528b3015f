/** The product's mark. */
export function Mark({ className }: { className?: string }) {
  return <img src="/icon.svg" alt="" className={className} />;
}
