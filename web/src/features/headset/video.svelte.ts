// The lesson's video, fetched from the box with this headset's own token: a <video> cannot carry one by itself. Kept for as long
// as it is shown; what plays on many headsets is fetched before the lesson, not in it.

const may_be_video = /^\/v1\/content\/\d+\/file$|^\/[^/].*\.(mp4|webm)$/;

export class Video {
    url = $state('');
    /// 0 to 1, while it is coming.
    share: number | null = $state(null);
    private content = '';
    private stop: AbortController | null = null;

    constructor(private readonly token: string) {}

    /// Only what lies on the box itself is played; a name of a file that nobody uploaded is not.
    async show(content: string): Promise<void> {
        if (content === this.content) return;
        this.end();
        this.content = content;
        if (!may_be_video.test(content)) return;
        const stop = (this.stop = new AbortController());
        try {
            const answer = await fetch(content, {
                headers: { authorization: `Bearer ${this.token}` },
                credentials: 'omit',
                signal: stop.signal,
            });
            const type = answer.headers.get('content-type') ?? '';
            if (!answer.ok || !answer.body || !type.startsWith('video/')) return;
            const size = Number(answer.headers.get('content-length'));
            const parts: BlobPart[] = [];
            let got = 0;
            for (const reader = answer.body.getReader(); ;) {
                const { done, value } = await reader.read();
                if (done) break;
                parts.push(value);
                got += value.length;
                this.share = size ? got / size : null;
            }
            if (this.stop === stop) this.url = URL.createObjectURL(new Blob(parts, { type }));
        } catch {
            // Gone, or no longer wanted: the drawn scene stays.
        } finally {
            this.share = null;
        }
    }

    end(): void {
        this.stop?.abort();
        this.stop = null;
        if (this.url) URL.revokeObjectURL(this.url);
        this.url = '';
        this.content = '';
    }
}
