// The training that waits for this headset. The page asks for it each second until the student begins, and
// then stops: that tells the box that the training is under way. Afterwards it sends the results.
import { at, by_id, data, headset_client, Problem, with_token } from '../../api/client';
import { merged, type Message } from '../chat/messages';
import type { Detail } from '../trainings/trainings';

const ask_every_ms = 1000;

type Handed = NonNullable<Awaited<ReturnType<typeof ask_for_training>>['training']>;
const ask_for_training = (token: string) =>
    data(headset_client.GET('/v1/headset/training', with_token(token)));

export class HeadsetTraining {
    handed: Handed | null = $state.raw(null);
    /// The training under way, and afterwards the one with its score, until it is put away.
    detail: Detail | null = $state.raw(null);
    messages: Message[] = $state.raw([]);
    leaves: string | null | undefined = $state.raw(undefined); // where messages go; null: they stay here
    private timer: ReturnType<typeof setInterval>;
    private readonly mine: ReturnType<typeof with_token>;

    constructor(private readonly token: string) {
        this.mine = with_token(token);
        this.timer = setInterval(() => void this.look(), ask_every_ms);
    }

    end(): void {
        clearInterval(this.timer);
    }

    /// Takes a message of somebody else from the socket.
    hear = (message: Message): void => {
        if (message.run_id === this.detail?.run_id) this.messages = merged(this.messages, [message]);
    };

    async begin(): Promise<void> {
        const handed = this.handed;
        if (!handed) return;
        const call = { ...by_id(handed.run_id), ...this.mine };
        const all = { ...at({ id: handed.run_id }, { limit: 1000 }), ...this.mine };
        const settings = await data(headset_client.GET('/v1/chat/settings', this.mine));
        this.messages = (await data(headset_client.GET('/v1/runs/{id}/messages', all))).items;
        this.leaves = settings.endpoint;
        this.detail = await data(headset_client.GET('/v1/trainings/{id}', call));
    }

    say = async (text: string): Promise<void> => {
        if (!this.detail) return;
        const call = { ...by_id(this.detail.run_id), ...this.mine, body: { text } };
        const said = await data(headset_client.POST('/v1/runs/{id}/messages', call));
        this.messages = merged(this.messages, [said.message], said.reply ? [said.reply] : []);
    };

    /// May be called again if the answer got lost: the box takes a record only once.
    async finish(metrics: Record<string, number>, checklist: Record<string, boolean>): Promise<void> {
        if (!this.detail) return;
        const call = { ...by_id(this.detail.run_id), ...this.mine, body: { metrics, checklist } };
        this.detail = await data(headset_client.POST('/v1/trainings/{id}/record', call));
        this.handed = null;
    }

    put_away(): void {
        this.detail = null;
        this.messages = [];
    }

    private async look(): Promise<void> {
        if (this.detail) return;
        try {
            const { training } = await ask_for_training(this.token);
            if (!this.detail && training?.run_id !== this.handed?.run_id) this.handed = training;
        } catch (error) {
            if (!(error instanceof Problem)) throw error;
        }
    }
}
