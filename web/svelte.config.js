import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
    preprocess: vitePreprocess(),
    compilerOptions: { runes: true },
    // A warning of the compiler, accessibility above all, is a mistake.
    onwarn(warning) {
        throw new Error(`${warning.filename}: ${warning.code}: ${warning.message}`);
    },
};
