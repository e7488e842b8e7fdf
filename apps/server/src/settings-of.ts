import type { Config } from './config.ts';
import { defaultSettings, type Settings } from './core/settings.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** The core's settings, as the operator has them. */
export function settingsOf(config: Config): Settings {
  const { rates } = defaultSettings;
  const fileSize = Math.floor(config['file-size'] * GIB);
  return {
    ...defaultSettings,
    authTimeout: config['auth-timeout'] * SECOND,
    sockets: config.sockets,
    socketsPerAddress: config['sockets-per-address'],
    sessionsPerDevice: config['sessions-per-device'],
    rates: {
      ...rates,
      append: { burst: config['append-burst'], perSecond: config['append-rate'] },
      bytes: { burst: config['kept-burst'] * MIB, perSecond: config['kept-rate'] * KIB },
      bytesOfAddress: {
        burst: config['kept-burst-per-address'] * MIB,
        perSecond: config['kept-rate-per-address'] * KIB,
      },
      filesOfAddress: {
        // What no wait would ever allow must not be told to wait.
        burst: Math.max(fileSize, config['file-burst-per-address'] * GIB),
        perSecond: config['file-rate-per-address'] * MIB,
      },
      newcomer: { burst: config['newcomer-burst'], perSecond: config['newcomers-per-minute'] / 60 },
      signal: { ...rates.signal, perSecond: config['signal-rate'] },
      join: { burst: Math.max(1, config['join-rate']), perSecond: config['join-rate'] / 60 },
      other: { burst: config['request-burst'], perSecond: config['request-rate'] },
    },
    leaveGrace: config['leave-grace'] * SECOND,
    nicknameIdle: config['nickname-days'] * DAY,
    fileSize,
    fileQuota: Math.floor(config['file-quota'] * GIB),
    fileLife: config['file-days'] * DAY,
  };
}
