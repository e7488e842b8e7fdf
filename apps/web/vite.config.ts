import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { emojiData } from './build/emoji.ts';
import { precompress } from './build/precompress.ts';
import { serviceWorker } from './build/service-worker.ts';
import { webCrypto } from './build/web-crypto.ts';

/** Where the relay listens while the page is served by Vite. */
const relay = process.env.AURORA_DEV_RELAY ?? '5000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte(), emojiData(), serviceWorker(), precompress()],
  worker: { format: 'es', plugins: () => [webCrypto()] },
  build: {
    target: 'es2024',
    modulePreload: { polyfill: false },
    // A data: address would need an exception in the policy of fonts and images.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // The page needs the protocol's limits and none of its wire: modules that only declare are left out when unused.
      treeshake: { moduleSideEffects: (id) => !/\/packages\/protocol\/src\//.test(id) },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/socket': { target: `ws://127.0.0.1:${relay}`, ws: true },
      '/files': { target: `http://127.0.0.1:${relay}` },
      '/lounge.json': { target: `http://127.0.0.1:${relay}` },
    },
  },
});
