// Work on this page that is not saved yet. What reloads the page, leads away from it or closes an editor asks
// here first.
import type { Component } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

export type Work = {
    is_unsaved: () => boolean;
    /// Puts the work by in this browser. False when there is no room for it.
    keep: () => boolean;
    /// Gives the work up. The answer takes that back.
    drop: () => () => void;
};

const begun = new SvelteSet<Work>();

/// For an editor's effect: the work is asked about as long as the editor lives.
export function keep_unsaved(work: Work): () => void {
    begun.add(work);
    return () => void begun.delete(work);
}

const unsaved_of = (works: Iterable<Work>): Work[] => [...works].filter((work) => work.is_unsaved());
export const has_unsaved = (): boolean => unsaved_of(begun).length > 0;

/// What somebody is about to leave, until they have said what becomes of it.
export type Leaving = { works: Work[]; may_keep: boolean; leave: () => void };
let leaving: Leaving | null = $state.raw(null);
export const asked_to_leave = (): Leaving | null => leaving;

/// Does `leave`, after a question where that would leave unsaved work behind.
export function leave_work(leave: () => void, works: Iterable<Work> = begun): void {
    const unsaved = unsaved_of(works);
    if (unsaved.length === 0) return leave();
    const may_keep = unsaved.map((work) => work.keep()).every(Boolean);
    leaving = { works: unsaved, may_keep, leave };
}

/// The answer to that question. Work that is dropped can be had back by calling what this returns.
export function answer_leave(answer: 'stay' | 'keep' | 'drop'): () => void {
    const { works, leave } = leaving ?? { works: [], leave: () => {} };
    leaving = null;
    if (answer === 'stay') return () => {};
    const undo = answer === 'drop' ? works.map((work) => work.drop()) : [];
    works.forEach((work) => begun.delete(work)); // nothing asks about them again
    leave();
    return () => undo.forEach((one) => one());
}

// The question itself comes with the first editor: a visit without one does not load it.
let question: Component | null = $state.raw(null);
export const leave_question = (): Component | null => question;
export const ask_with = (component: Component): void => void (question = component);

const typed =
    'textarea, input:not([type]), input:is([type=text], [type=search], [type=password], [type=email])';

/// Whether somebody is in the middle of something: unsaved work, a dialog, a field with words in it.
export function is_busy(): boolean {
    if (has_unsaved() || document.querySelector('dialog[open]')) return true;
    return [...document.querySelectorAll<HTMLInputElement>(typed)].some(
        (field) => field.value !== '' && !field.readOnly && !field.disabled,
    );
}
