import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.LECTERN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
    plugins: [svelte()],
    build: {
        outDir: 'dist',
        emptyOutDir: true,
        target: 'es2022',
        modulePreload: { polyfill: false },
        // The viewer of the documentation is one ready-made file that only /docs loads.
        chunkSizeWarningLimit: 900,
        assetsInlineLimit: 0,
        rollupOptions: {
            input: {
                index: here('index.html'),
                headset: here('headset.html'),
                socket: here('socket.html'),
                docs: here('docs.html'),
            },
        },
    },
    // `npm run dev` serves the page from the source tree, against a running server.
    server: {
        host: '127.0.0.1',
        fs: { allow: ['.', '../clients/js/src'] },
        proxy: {
            '/v1': { target: server, ws: true },
            '/websocket': { target: server, ws: true },
            '/ws': { target: server, ws: true },
            '/health': server,
            '/openapi.json': server,
        },
    },
    // Vitest needs Svelte's browser half, not its server half.
    resolve: {
        // The package that others' pages take from npm is built from the same sources.
        alias: { 'lectern-headset': here('../clients/js/src/index.ts') },
        ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
    },
    test: { environment: 'jsdom', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
