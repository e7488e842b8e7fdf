import type { Credential, DeviceId, IdentityId, Millis, RoomId } from '@aurora/protocol';
import type { Claim, Claimed, Directory, Looks } from '../../ports/directory.ts';
import type { Members } from '../../ports/members.ts';
import { sameClaims } from '../../ports/same-claims.ts';

interface Identity {
  readonly nickname: string;
  readonly looks: Looks;
  seen: Millis;
}

interface Device {
  readonly identity: IdentityId;
  readonly credential: Credential;
}

interface Neighbours {
  spoke(device: DeviceId): boolean;
  forgetDevice(device: DeviceId): void;
}

export function memoryDirectory({ spoke, forgetDevice }: Neighbours): {
  directory: Directory;
  members: Members;
  hasCredential(device: DeviceId): boolean;
} {
  const identities = new Map<IdentityId, Identity>();
  const devices = new Map<DeviceId, Device>();
  const memberships = new Map<IdentityId, Set<RoomId>>();
  const folded = new Set<string>();
  const asWritten = new Set<string>();

  const isFree = (looks: Looks) => !folded.has(looks[0]) && !asWritten.has(looks[1]);

  function devicesOf(identity: IdentityId): DeviceId[] {
    return [...devices].flatMap(([id, device]) => (device.identity === identity ? [id] : []));
  }

  function claim({ identity, device, credential, looks, at }: Claim): Claimed {
    const owner = devices.get(device);
    if (owner !== undefined && owner.identity !== identity) return { status: 'foreign' };
    const lasting = owner !== undefined && spoke(device) ? owner.credential : undefined;
    if (lasting !== undefined && !sameClaims(lasting, credential)) return { status: 'fixed' };
    const named = identities.get(identity);
    if (named === undefined) {
      if (!isFree(looks)) return { status: 'taken' };
      folded.add(looks[0]);
      asWritten.add(looks[1]);
      identities.set(identity, { nickname: credential.nickname, looks, seen: at });
    } else if (named.nickname !== credential.nickname) {
      return { status: 'named', nickname: named.nickname };
    } else {
      named.seen = at;
    }
    devices.set(device, { identity, credential: lasting ?? credential });
    return { status: 'claimed' };
  }

  function retire(identity: IdentityId): void {
    for (const device of devicesOf(identity)) {
      forgetDevice(device);
      if (!spoke(device)) devices.delete(device);
    }
    const looks = identities.get(identity)?.looks;
    if (looks !== undefined) {
      folded.delete(looks[0]);
      asWritten.delete(looks[1]);
    }
    memberships.delete(identity);
    identities.delete(identity);
  }

  return {
    hasCredential: (device) => devices.has(device),
    directory: {
      claim: async (wanted) => claim(wanted),
      free: async (looks) => looks.flatMap((look, index) => (isFree(look) ? [index] : [])),
      async find(ids) {
        return ids.flatMap((id) => {
          const device = devices.get(id);
          return device ? [{ device: id, ...device, seen: identities.get(device.identity)?.seen }] : [];
        });
      },
      retire: async (identity) => retire(identity),
      async release({ before, present }) {
        const stale = [...identities].filter(
          ([id, { seen }]) => seen < before && !present.includes(id) && !devicesOf(id).some(spoke),
        );
        for (const [id] of stale) retire(id);
        return stale.length;
      },
    },
    members: {
      async add(room, identity) {
        const rooms = memberships.get(identity) ?? new Set();
        memberships.set(identity, rooms.add(room));
      },
      rooms: async (identity) => [...(memberships.get(identity) ?? [])],
    },
  };
}
