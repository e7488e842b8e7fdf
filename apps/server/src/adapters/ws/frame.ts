/** An unmasked binary WebSocket message in one frame (RFC 6455 section 5.2), as a server sends it. */
export function frameBinary(message: Uint8Array): Uint8Array {
  const { length } = message;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const framed = Buffer.allocUnsafeSlow(header + length);
  framed[0] = 0x82;
  if (header === 2) framed[1] = length;
  else if (header === 4) {
    framed[1] = 126;
    framed.writeUInt16BE(length, 2);
  } else {
    framed[1] = 127;
    framed.writeBigUInt64BE(BigInt(length), 2);
  }
  framed.set(message, header);
  return framed;
}
