import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { clientAddress, clientAddressOf } from './client-address.ts';
import type { HttpEnv } from './env.ts';

it.each([
  { name: 'nobody is trusted: the socket', forwardedFor: '9.9.9.9', trustedProxies: 0, is: '10.0.0.1' },
  { name: 'no header: the socket', trustedProxies: 1, is: '10.0.0.1' },
  { name: 'one proxy: the last entry', forwardedFor: '1.1.1.1, 2.2.2.2', trustedProxies: 1, is: '2.2.2.2' },
  { name: 'two proxies: the one before', forwardedFor: '6.6.6.6, 1.1.1.1, 2.2.2.2', trustedProxies: 2, is: '1.1.1.1' },
  { name: 'fewer entries than proxies: the socket', forwardedFor: '1.1.1.1', trustedProxies: 2, is: '10.0.0.1' },
  { name: 'no address: the socket', forwardedFor: 'unknown', trustedProxies: 1, is: '10.0.0.1' },
  { name: 'an address with line ends: the socket', forwardedFor: '1.1.1.1\r\nX: y', trustedProxies: 1, is: '10.0.0.1' },
  { name: 'octal spelling: the socket', forwardedFor: '010.1.1.1', trustedProxies: 1, is: '10.0.0.1' },
  { name: 'an empty entry: the socket', forwardedFor: '1.1.1.1, ', trustedProxies: 1, is: '10.0.0.1' },
  { name: 'IPv4 with a port', forwardedFor: '1.1.1.1:443', trustedProxies: 1, is: '1.1.1.1' },
  { name: 'IPv6 with a port', forwardedFor: '[2001:db8::1]:443', trustedProxies: 1, is: '2001:db8::1' },
  { name: 'IPv6 in another spelling', forwardedFor: '2001:0DB8:0::1', trustedProxies: 1, is: '2001:db8::1' },
  { name: 'IPv4 inside IPv6', forwardedFor: '::ffff:1.1.1.1', trustedProxies: 1, is: '1.1.1.1' },
])('$name', ({ forwardedFor, trustedProxies, is }) => {
  expect(clientAddressOf({ socketAddress: '::ffff:10.0.0.1', forwardedFor, trustedProxies })).toBe(is);
});

it('is empty where there is no socket', () => {
  expect(clientAddressOf({ socketAddress: undefined, forwardedFor: '1.1.1.1', trustedProxies: 0 })).toBe('');
});

it('reads the socket of the Node adapter and the header', async () => {
  const app = new Hono<HttpEnv>()
    .use(clientAddress({ trustedProxies: 1 }))
    .get('/', (c) => c.text(c.get('clientAddress')));
  const node = { incoming: { socket: { remoteAddress: '10.0.0.1' } } };
  expect(await (await app.request('/', {}, node)).text()).toBe('10.0.0.1');
  const headers = { 'X-Forwarded-For': '1.1.1.1' };
  expect(await (await app.request('/', { headers }, node)).text()).toBe('1.1.1.1');
});
