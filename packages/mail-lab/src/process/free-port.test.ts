import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePorts, onFreePorts } from './free-port.ts';

describe('free ports', () => {
  it('are different ones', async () => {
    expect(new Set(await freePorts(20)).size).toBe(20);
  });

  it('are drawn anew where somebody was faster', async () => {
    const faster = createServer().listen(0, '127.0.0.1');
    await once(faster, 'listening');
    const taken = (faster.address() as AddressInfo).port;
    const tried: number[] = [];
    const server = await onFreePorts(1, async (port = 0) => {
      const own = createServer().listen(tried.length === 0 ? taken : port, '127.0.0.1');
      tried.push(port);
      await once(own, 'listening');
      return own;
    });
    expect(tried).toEqual([expect.any(Number), (server.address() as AddressInfo).port]);
    server.close();
    faster.close();
  });

  it('are not drawn anew for another failure', async () => {
    const tried: number[] = [];
    const start = onFreePorts(1, async (port = 0) => {
      tried.push(port);
      throw new Error('no such user');
    });
    await expect(start).rejects.toThrow('no such user');
    expect(tried).toHaveLength(1);
  });
});
