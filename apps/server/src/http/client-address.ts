/**
 * Where a request comes from. `X-Forwarded-For` is a list that each proxy appends to: with n proxies of ours before the
 * app, the n-th entry from the right is what the outermost of them saw, and all left of it is what the client made up.
 */
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import ipaddr from 'ipaddr.js';
import type { HttpEnv } from './env.ts';

export interface AddressSources {
  readonly socketAddress: string | undefined;
  readonly forwardedFor: string | undefined;
  /** TRUSTED_PROXIES: how many proxies of ours stand before the app. */
  readonly trustedProxies: number;
}

/** The client's address in its one spelling; '' where there is no socket. A list that is not as it must be counts for nothing. */
export function clientAddressOf({ socketAddress, forwardedFor, trustedProxies }: AddressSources): string {
  const forwarded = trustedProxies > 0 ? forwardedFor?.split(',').at(-trustedProxies) : undefined;
  return addressIn(forwarded) ?? addressIn(socketAddress) ?? '';
}

/** Sets the variable `clientAddress`. */
export function clientAddress({ trustedProxies }: { readonly trustedProxies: number }): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const forwardedFor = c.req.header('X-Forwarded-For');
    c.set('clientAddress', clientAddressOf({ socketAddress: socketAddressOf(c), forwardedFor, trustedProxies }));
    await next();
  };
}

/** The peer as the Node adapter knows it; a request made in a test has none. */
function socketAddressOf(c: Context): string | undefined {
  const bindings: { incoming?: { socket?: { remoteAddress?: string } } } | undefined = c.env;
  return bindings?.incoming?.socket?.remoteAddress;
}

/** The IP address in `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`. */
function addressIn(text: string | undefined): string | undefined {
  const entry = text?.trim() ?? '';
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare).toString();
}
