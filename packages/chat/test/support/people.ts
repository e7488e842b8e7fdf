import { createDevice, type Device, type Member, verifyCredential } from '@aurora/crypto';

export interface Somebody {
  readonly device: Device;
  readonly member: Member;
}

/** A person with real keys. */
export async function somebody(nickname: string): Promise<Somebody> {
  const device = await createDevice(nickname);
  return { device, member: await verifyCredential(device.credential) };
}
