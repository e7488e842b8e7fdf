import type { DeviceId, Register } from '@aurora/protocol';
import type { Registers } from '../../ports/registers.ts';

export function memoryRegisters(): Registers & { forget(device: DeviceId): void } {
  const kept = new Map<string, Map<DeviceId, Register>>();
  return {
    async put(room, kind, register) {
      const values = kept.get(`${room} ${kind}`) ?? new Map();
      kept.set(`${room} ${kind}`, values.set(register.sender, register));
    },
    async page(room, kind, after, limit) {
      const values = [...(kept.get(`${room} ${kind}`)?.values() ?? [])]
        .filter(({ sender }) => after === null || sender > after)
        .sort((a, b) => (a.sender < b.sender ? -1 : 1));
      return { registers: values.slice(0, limit), more: values.length > limit };
    },
    forget(device) {
      for (const values of kept.values()) values.delete(device);
    },
  };
}
