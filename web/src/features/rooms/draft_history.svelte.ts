// The steps of an edit, for undo and redo, and whether anything is unsaved.
import type { Draft } from './draft';

const most_steps = 200;

export class DraftHistory {
    private steps: Draft[] = $state.raw([]);
    private at = $state(0);
    private saved = $state.raw<Draft | null>(null);

    constructor(start: Draft) {
        this.steps = [start];
        this.saved = start;
    }

    get current(): Draft {
        return this.steps[this.at] as Draft;
    }

    get is_changed(): boolean {
        return this.current !== this.saved;
    }

    get can_undo(): boolean {
        return this.at > 0;
    }

    get can_redo(): boolean {
        return this.at < this.steps.length - 1;
    }

    /// With `joined` the change belongs to the step before it, like the many small moves of one drag.
    do(next: Draft, joined = false): void {
        if (next === this.current) return;
        const kept = this.steps.slice(0, joined ? this.at : this.at + 1);
        this.steps = [...kept, next].slice(-most_steps);
        this.at = this.steps.length - 1;
    }

    undo(): void {
        if (this.can_undo) this.at--;
    }

    redo(): void {
        if (this.can_redo) this.at++;
    }

    start_over(draft: Draft): void {
        this.steps = [draft];
        this.at = 0;
        this.saved = draft;
    }
}
