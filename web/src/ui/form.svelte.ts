// The behaviour of every form: it sends once at a time, keeps the server's faults beside their fields, and
// says everything else in words.
import { Problem } from '../api/client';
import { problem_text } from './problem_text';

export class Form {
    busy = $state(false);
    text = $state('');
    private problem: Problem | null = $state.raw(null);

    fault(field: string): string | undefined {
        return this.problem?.fault(field);
    }

    async send(work: () => Promise<void>): Promise<boolean> {
        if (this.busy) return false;
        this.busy = true;
        this.text = '';
        this.problem = null;
        try {
            await work();
            return true;
        } catch (error) {
            this.problem = error instanceof Problem ? error : null;
            this.text = problem_text(error);
            return false;
        } finally {
            this.busy = false;
        }
    }
}
