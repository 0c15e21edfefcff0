// What every editor does with work that is not saved yet: it is kept in this browser while somebody types,
// comes back when they open the same thing again, and leaving it asks what becomes of it.
import { app } from '../api/app.svelte';
import { erase_draft, keep_draft, kept_draft, type Kept } from './kept_drafts';
import LeaveQuestion from './LeaveQuestion.svelte';
import { ask_with, keep_unsaved, leave_work, type Work } from './unsaved.svelte';

ask_with(LeaveQuestion);

const keep_after_ms = 300;

/// Where an editor's value lives, if not in the draft itself.
type Place<Value> = { read: () => Value; take: (value: Value) => void };

/// Make it where a component is made: it lives as long as the component.
export class Draft<Value> implements Work {
    /// The fields bind to this, unless the editor has a place of its own for what it edits.
    value = $state() as Value;
    /// What became of a draft that was here before: it is shown, or it was dropped and may still come back.
    before: 'shown' | 'dropped' | null = $state(null);
    /// When that draft was last changed, and whether what it began from has been changed since.
    kept_at = $state(0);
    is_outrun = $state(false);
    /// What the box has, as text. Null until the editor has begun.
    private base: string | null = $state(null);
    private readonly place: Place<Value>;
    private readonly owner = app.owner;
    private dropped = '';
    private is_given_up = false;

    /// `thing` names what is edited: "lesson/12", "lesson/new".
    constructor(
        private readonly thing: string,
        { start, place }: { start?: Value; place?: Place<Value> } = {},
    ) {
        this.place = place ?? { read: () => this.value, take: (value) => void (this.value = value) };
        if (start !== undefined) this.begin(start);
        $effect(() => keep_unsaved(this));
        $effect(() => {
            if (this.text() === null) return;
            const timer = setTimeout(() => this.keep(), keep_after_ms);
            return () => clearTimeout(timer);
        });
        $effect(() => {
            const put_by = () => void this.keep();
            window.addEventListener('pagehide', put_by);
            return () => {
                window.removeEventListener('pagehide', put_by);
                queueMicrotask(put_by); // here everything still has the value from before the last change
            };
        });
    }

    private text(): string | null {
        return this.base === null ? null : JSON.stringify(this.place.read());
    }

    /// Starts from what the box has, or from where this person stopped.
    begin(start: Value): void {
        const base = JSON.stringify(start);
        const kept = kept_draft(this.owner, this.thing);
        this.base = base;
        this.before = kept && kept.value !== base ? 'shown' : null;
        this.kept_at = kept?.at ?? 0;
        this.is_outrun = kept !== null && kept.base !== base;
        this.place.take(JSON.parse(base) as Value);
        if (this.before) this.place.take(JSON.parse((kept as Kept).value) as Value);
    }

    is_unsaved(): boolean {
        return !this.is_given_up && this.text() !== this.base;
    }

    keep(): boolean {
        const [text, base] = [this.text(), this.base];
        if (this.is_given_up || base === null || text === null) return true;
        if (text === base) {
            erase_draft(this.owner, this.thing);
            return true;
        }
        // A draft that is only looked at keeps its age, and what it began from.
        if (kept_draft(this.owner, this.thing)?.value === text) return true;
        return keep_draft(this.owner, this.thing, { at: Date.now(), base, value: text });
    }

    /// The box has it now.
    saved(): void {
        this.base = this.text();
        this.before = null;
        this.keep();
    }

    /// Shows what the box has, in place of the draft that was here before.
    show_saved(): void {
        this.dropped = this.text() ?? '';
        this.place.take(JSON.parse(this.base ?? 'null') as Value);
        this.before = 'dropped';
    }

    /// Shows again what `show_saved` took away.
    show_draft(): void {
        this.place.take(JSON.parse(this.dropped) as Value);
        this.before = 'shown';
    }

    drop(): () => void {
        const kept = { at: Date.now(), base: this.base ?? '', value: this.text() ?? '' };
        this.is_given_up = true;
        erase_draft(this.owner, this.thing);
        return () => void keep_draft(this.owner, this.thing, kept);
    }

    /// Closes the editor, after a question if there is something to lose.
    leave(close: () => void): void {
        leave_work(close, [this]);
    }
}
