// How the page looks on this device. The choice is kept in this browser; look.js applies it before the page
// is drawn.
import { browser_language, is_language, set_language, type Language } from '../i18n/i18n.svelte';
import { accent_tokens } from './colour';

export type Theme = 'system' | 'light' | 'dark';
export type Size = 'near' | 'far';
type Look = { theme: Theme; size: Size; language?: Language; accent?: string };

const place = 'lectern.look';

function stored(): Look {
    try {
        return { theme: 'system', size: 'near', ...JSON.parse(localStorage.getItem(place) ?? '{}') };
    } catch {
        return { theme: 'system', size: 'near' };
    }
}

export const look: Look = $state(stored());

function keep(): void {
    try {
        localStorage.setItem(place, JSON.stringify(look));
    } catch {
        // Storage is off, so the choice lasts until the page is closed.
    }
}

function apply(): void {
    const root = document.documentElement;
    if (look.theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = look.theme;
    if (look.size === 'far') root.dataset.size = 'far';
    else delete root.dataset.size;
    for (const [name, value] of Object.entries(look.accent ? accent_tokens(look.accent) : {}))
        root.style.setProperty(name, value);
}

export function change_look(change: Partial<Look>): void {
    Object.assign(look, change);
    keep();
    apply();
    if (change.language) void set_language(change.language);
}

/// Called when a page starts; resolves when its words are loaded. The organisation's language is used where a
/// person chose none.
export async function start_look(): Promise<void> {
    apply();
    await set_language(look.language ?? browser_language());
}

export function adopt_organisation(colour: string, language: string): void {
    if (/^#[0-9a-f]{6}$/i.test(colour)) look.accent = colour;
    keep();
    apply();
    if (!look.language && is_language(language)) void set_language(language);
}
