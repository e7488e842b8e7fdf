import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listening } from './listening.ts';
import { serveBench } from './serve.ts';

/** The broadcast of the Socket.IO manual, over WebSocket only and without compression. */
const http = createServer();
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
server.on('connection', (socket) => {
  socket.on('m', (content: string) => server.emit('m', content));
});

serveBench(() => listening(http));
