/**
 * The embedded server's settings, given on its command line so that a newer Postroom brings its own.
 * Statements and row values stay out of the log: they are people's mail.
 */

export type Durability = 'full' | 'none';

/** Arguments of `postgres` for a cluster that listens on `port` of the loopback address only. */
export function serverArguments({
  cluster,
  port,
  durability,
}: {
  cluster: string;
  port: number;
  durability: Durability;
}): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: durability === 'none' ? 200 : 60,
    shared_buffers: '128MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '512MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off',
    // parallel workers want shared memory that containers are short of, and two cores gain nothing by them
    max_parallel_workers_per_gather: 0,
    max_parallel_maintenance_workers: 0,
    // a query whose app was killed ends instead of running to its end
    client_connection_check_interval: '2s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    ...(durability === 'none' ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : { fsync: 'on' }),
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
