import { mount } from 'svelte';
import Headset from './features/headset/Headset.svelte';
import { all_words } from './i18n/i18n.svelte';
import { start_look } from './ui/look.svelte';
import './ui/base.css';

await start_look();
await all_words();
mount(Headset, { target: document.getElementById('page') as HTMLElement });
