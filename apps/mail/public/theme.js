// Runs before the first paint, so that a dark screen never flashes white. The app keeps `postroom.theme` up to date.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('postroom.theme') ?? 'system';
  } catch {
    // Storage may be forbidden; the system's choice is good enough then.
  }
  const isDark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', isDark);
})();
