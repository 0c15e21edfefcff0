import { mount } from 'svelte';
import Headset from './features/headset/Headset.svelte';
import { start_look } from './ui/look.svelte';
import './ui/base.css';

await start_look();
mount(Headset, { target: document.getElementById('page') as HTMLElement });
