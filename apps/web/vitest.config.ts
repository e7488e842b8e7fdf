import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { emojiData } from './build/emoji.ts';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte(), emojiData()],
  resolve: { conditions: ['browser'] },
  test: {
    name: 'web',
    include: ['test/**/*.test.ts'],
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://localhost/' } },
  },
});
