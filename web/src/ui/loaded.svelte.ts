// Something that a component asks of the server: it is there, not yet there, or failed and can be tried
// again.
import { problem_text } from './problem_text';

export class Loaded<Value> {
    value: Value | null = $state.raw(null);
    fault = $state('');
    status = $state(0);
    private asked = 0;

    constructor(private readonly ask: () => Promise<Value>) {}

    async load(): Promise<void> {
        const mine = ++this.asked;
        try {
            const value = await this.ask();
            if (mine !== this.asked) return;
            this.value = value;
            this.fault = '';
        } catch (error) {
            if (mine !== this.asked) return;
            this.status = (error as { status?: number }).status ?? 0;
            this.fault = problem_text(error);
        }
    }
}
