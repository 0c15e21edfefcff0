// Addresses inside the page. The server answers all of them with the same page, so reloading a page and
// sending a link both work.

import { page_version } from './page_version.svelte';
import { has_unsaved, leave_work } from './unsaved.svelte';

let path = $state(location.pathname);

export function current_path(): string {
    return path;
}

/// Goes to another place. Work that would be lost is asked about first, unless the caller is `sure`.
export function go(to: string, replace = false, sure = false): void {
    if (to === location.pathname) return;
    if (!sure && has_unsaved()) return leave_work(() => go(to, replace, true));
    // A page from before an update can't load what stands there.
    if (page_version.outdated) return location[replace ? 'replace' : 'assign'](to);
    if (replace) history.replaceState(null, '', to);
    else history.pushState(null, '', to);
    path = location.pathname;
    window.scrollTo(0, 0);
}

/// The parts of an address that a pattern such as "/classes/:id" names, or null when it does not match.
export function match(pattern: string, address: string): Record<string, string> | null {
    const wanted = pattern.split('/').filter(Boolean);
    const given = address.split('/').filter(Boolean);
    if (wanted.length !== given.length) return null;
    const found: Record<string, string> = {};
    for (const [i, part] of wanted.entries()) {
        const value = decodeURIComponent(given[i] as string);
        if (part.startsWith(':')) found[part.slice(1)] = value;
        else if (part !== value) return null;
    }
    return found;
}

/// Links inside the page change the address without loading anything. Links to the server's own pages are
/// left alone.
export function follow_links(): () => void {
    const on_click = (event: MouseEvent) => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
            return;
        const link = (event.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
        if (!link || link.target || link.origin !== location.origin || link.hasAttribute('data-leave'))
            return;
        event.preventDefault();
        go(link.pathname + link.search);
    };
    const on_back = () => {
        const to = location.pathname;
        if (to === path) return;
        if (!has_unsaved()) {
            path = to;
            return;
        }
        history.pushState(null, '', path); // stay where the work is
        leave_work(() => go(to, false, true));
    };
    // Closing the window asks in the browser's own way.
    const on_close = (event: BeforeUnloadEvent) => has_unsaved() && event.preventDefault();
    window.addEventListener('beforeunload', on_close);
    document.addEventListener('click', on_click);
    window.addEventListener('popstate', on_back);
    return () => {
        document.removeEventListener('click', on_click);
        window.removeEventListener('popstate', on_back);
        window.removeEventListener('beforeunload', on_close);
    };
}
