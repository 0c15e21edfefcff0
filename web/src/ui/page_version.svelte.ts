// Whether this page is still the one that the box serves. An update of the box changes the names of the
// page's files, so a page from before can't load what it has not loaded yet. It learns of that when its
// connection comes back, or when a part is not there, and reloads as soon as nobody is in the middle of
// something.
import { script_served } from '../api/files';
import { is_busy } from './unsaved.svelte';

const look_every_ms = 2000;
const reloaded_key = 'lectern.reloaded_for';

const own_script = (): string | null =>
    document.querySelector('script[type=module][src]')?.getAttribute('src') ?? null;

class PageVersion {
    outdated = $state(false);
    private timer: ReturnType<typeof setInterval> | undefined;

    /// Asks the box. Without an answer nothing changes: a box that is gone says nothing of its version.
    async check(): Promise<void> {
        const own = own_script();
        const served = await script_served(location.pathname.startsWith('/index') ? '/index/' : '/');
        if (this.outdated || !own || !served || served === own) return;
        this.outdated = true;
        // Something between here and the box may hold on to an old page: reload once for each new one.
        if (sessionStorage.getItem(reloaded_key) === served) return;
        this.timer = setInterval(() => {
            if (is_busy()) return;
            clearInterval(this.timer);
            sessionStorage.setItem(reloaded_key, served);
            this.reload();
        }, look_every_ms);
    }

    reload(): void {
        location.reload();
    }
}

export const page_version = new PageVersion();
