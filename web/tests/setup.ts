import { all_words } from '../src/i18n/i18n.svelte';

// jsdom cannot draw. A canvas that says so keeps it from complaining.
if ('HTMLCanvasElement' in globalThis) HTMLCanvasElement.prototype.getContext = () => null;

await all_words();
