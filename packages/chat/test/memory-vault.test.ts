import { describe } from 'vitest';
import { memoryVault } from '../src/index.ts';
import { vaultContract } from './vault-contract.ts';

describe('the memory vault', () => {
  vaultContract(async () => memoryVault());
});
