import { mount } from 'svelte';
import App from './ui/App.svelte';
import { start_look } from './ui/look.svelte';
import './ui/base.css';

await start_look();
mount(App, { target: document.getElementById('page') as HTMLElement });
