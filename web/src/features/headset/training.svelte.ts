// What this headset has to train: asked for each second until the student begins, then no more, which is how the box knows
// that it is being done; and what was done, once it is.
import { ask, Problem } from '../../api/client';
import type { Message, Said } from '../chat/messages';
import { merged } from '../chat/messages';
import type { Detail } from '../trainings/trainings';

const ask_every_ms = 1000;

type Handed = {
    run_id: number;
    scenario: { id: number; title: string };
    metrics_keys: string[];
    checklist_keys: string[];
};

export class HeadsetTraining {
    handed: Handed | null = $state.raw(null);
    /// While it is done, and then with its score until it is put away.
    detail: Detail | null = $state.raw(null);
    messages: Message[] = $state.raw([]);
    leaves: string | null | undefined = $state.raw(undefined); // where to what is said goes; null: nowhere
    private timer: ReturnType<typeof setInterval>;

    constructor(private readonly token: string) {
        this.timer = setInterval(() => void this.look(), ask_every_ms);
    }

    end(): void {
        clearInterval(this.timer);
    }

    /// What somebody else said, as the socket tells it.
    hear = (message: Message): void => {
        if (message.run_id === this.detail?.run_id) this.messages = merged(this.messages, [message]);
    };

    async begin(): Promise<void> {
        const handed = this.handed;
        if (!handed) return;
        const settings = await this.ask<{ endpoint: string | null }>('GET', '/v1/chat/settings');
        const said = await this.ask<{ items: Message[] }>(
            'GET',
            `/v1/runs/${handed.run_id}/messages?limit=1000`,
        );
        this.leaves = settings.endpoint;
        this.messages = said.items;
        this.detail = await this.ask<Detail>('GET', `/v1/trainings/${handed.run_id}`);
    }

    say = async (text: string): Promise<void> => {
        const said = await this.ask<Said>('POST', `/v1/runs/${this.detail?.run_id}/messages`, { text });
        this.messages = merged(this.messages, [said.message], said.reply ? [said.reply] : []);
    };

    /// Sent again when the answer was lost: the box takes it once.
    async finish(metrics: Record<string, number>, checklist: Record<string, boolean>): Promise<void> {
        this.detail = await this.ask<Detail>('POST', `/v1/trainings/${this.detail?.run_id}/record`, {
            metrics,
            checklist,
        });
        this.handed = null;
    }

    put_away(): void {
        this.detail = null;
        this.messages = [];
    }

    private async look(): Promise<void> {
        if (this.detail) return;
        try {
            const { training } = await this.ask<{ training: Handed | null }>('GET', '/v1/headset/training');
            if (!this.detail && training?.run_id !== this.handed?.run_id) this.handed = training;
        } catch (error) {
            if (!(error instanceof Problem)) throw error;
        }
    }

    private async ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
        return (await (
            await ask(method, path, body, { authorization: `Bearer ${this.token}` })
        ).json()) as Answer;
    }
}
