/** Addresses of scripts for workers (Trusted Types): files of this app's build alone, never anything that the API gives. */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): {
    createScriptURL: (address: string) => string;
  };
}

function createScriptURL(address: string): string {
  const { origin, pathname } = new URL(address, window.location.href);
  if (origin !== window.location.origin || pathname.startsWith('/api/')) {
    throw new TypeError('This is no script of the app.');
  }
  return address;
}

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
const policy = trustedTypes?.createPolicy('postroom-worker', { createScriptURL }) ?? { createScriptURL };

/** The address for a worker: to the browser a TrustedScriptURL, in the words of the DOM's types a string. */
export function ownScript(address: string): string {
  return policy.createScriptURL(address);
}
