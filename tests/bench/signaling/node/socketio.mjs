// npm `socket.io`: everybody in a room of their own name, as its documentation shows private messages.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })
io.on('connection', (socket) => {
  const { id } = socket.handshake.query
  void socket.join(id)
  socket.on('signal', ({ to, payload }) => io.to(to).emit('signal', { sender: id, payload }))
})
http.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
