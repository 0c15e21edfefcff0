/// <reference types="svelte" />
/// <reference types="vite/client" />
declare module 'rapidoc/dist/rapidoc-min.js';
