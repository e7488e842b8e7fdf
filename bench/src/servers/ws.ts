import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listening } from './listening.ts';
import { serveBench } from './serve.ts';

/** The broadcast of the ws manual: a loop of `send`. */
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('error', () => undefined);
  socket.on('message', (data, binary) => {
    for (const client of server.clients) client.send(data, { binary });
  });
});

serveBench(() => listening(http));
