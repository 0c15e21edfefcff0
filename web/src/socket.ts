import { mount } from 'svelte';
import SocketPage from './features/socket/SocketPage.svelte';
import { all_words } from './i18n/i18n.svelte';
import { start_look } from './ui/look.svelte';
import './ui/base.css';

await start_look();
await all_words();
const root = document.getElementById('page') as HTMLElement;
mount(SocketPage, { target: root.appendChild(document.createElement('main')) });
