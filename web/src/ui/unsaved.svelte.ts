// Work on this page that leaving it would lose. What reloads the page, or leads away from it, asks here.
import { SvelteSet } from 'svelte/reactivity';

const kept = new SvelteSet<() => boolean>();

/// For an editor's effect: `is_unsaved` is asked as long as the editor lives.
export function keep_unsaved(is_unsaved: () => boolean): () => void {
    kept.add(is_unsaved);
    return () => void kept.delete(is_unsaved);
}

export const has_unsaved = (): boolean => [...kept].some((is_unsaved) => is_unsaved());

const typed =
    'textarea, input:not([type]), input:is([type=text], [type=search], [type=password], [type=email])';

/// Whether somebody is in the middle of something: unsaved work, a dialog, a field with words in it.
export function is_busy(): boolean {
    if (has_unsaved() || document.querySelector('dialog[open]')) return true;
    return [...document.querySelectorAll<HTMLInputElement>(typed)].some(
        (field) => field.value !== '' && !field.readOnly && !field.disabled,
    );
}
