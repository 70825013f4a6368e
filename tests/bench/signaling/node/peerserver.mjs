// npm `peer` as its own command line starts it, without the limit on sockets.
import { PeerServer } from 'peer'

PeerServer(
  {
    host: '127.0.0.1',
    port: Number(process.argv[2]),
    path: '/',
    concurrent_limit: 1_000_000,
    alive_timeout: 3_600_000
  },
  () => console.log('ready')
)
