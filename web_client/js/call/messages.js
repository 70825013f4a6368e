/**
 * The shapes of docs/signaling-protocol.md, for the type checker only.
 *
 * @typedef {{id: string, role: string, instance: string, connected: boolean}} Peer
 * @typedef {{candidate: string, mid: string | null, line: number | null, ufrag: string | null}} Candidate
 * @typedef {{kind: 'description', type: 'offer' | 'answer', sdp: string, connection: number, negotiation: number}} Description
 * @typedef {{kind: 'candidates', connection: number, candidates: Candidate[]}} Candidates
 * @typedef {{kind: 'negotiation_needed', connection: number}} NegotiationNeeded
 * @typedef {{kind: 'media', microphone: boolean, camera: boolean, screen: boolean, auscultation: boolean}} Media
 * @typedef {{kind: 'streams', connection: number, streams: {mid: string, participant: string}[]}} Streams
 * @typedef {{kind: 'wants', picture: 'none' | 'small' | 'large'}} Wants
 * @typedef {Description | Candidates | NegotiationNeeded | Media | Streams | Wants} Payload
 * @typedef {{type: 'signal', seq: number, id: string, to: string, instance: string, payload: Payload}} Signal
 * @typedef {{type: 'welcome', you: Peer, session: string, resumed: boolean, resume: string, seq: number, ping: number, peers: Peer[], ice_servers: RTCIceServer[]}} Welcome
 * @typedef {{type: 'peer_signal', seq: number, sender: string, instance: string, payload: Payload}} PeerSignal
 * @typedef {{type: 'peer_joined', seq: number, peer: Peer}} PeerJoined
 * @typedef {{type: 'peer_reconnecting', seq: number, peer: string}} PeerReconnecting
 * @typedef {{type: 'peer_left', seq: number, peer: string, reason: string}} PeerLeft
 * @typedef {{type: 'ice_servers', servers: RTCIceServer[]}} IceServers
 * @typedef {{type: 'error', code: string, detail: string, ref: string | null}} ErrorMessage
 * @typedef {{type: 'ack', seq: number}} Ack
 * @typedef {{type: 'ping', ack: number}} Ping
 * @typedef {{type: 'pong', ack: number}} Pong
 * @typedef {Welcome | PeerSignal | PeerJoined | PeerReconnecting | PeerLeft | IceServers | ErrorMessage | Ack | Ping | Pong} FromNode
 */

export {}
