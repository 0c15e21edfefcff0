// The steps of an edit, for undo and redo.
import type { Draft } from './draft';

const most_steps = 200;

export class DraftHistory {
    private steps: Draft[] = $state.raw([]);
    private at = $state(0);

    constructor(start: Draft) {
        this.steps = [start];
    }

    get current(): Draft {
        return this.steps[this.at] as Draft;
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
}
