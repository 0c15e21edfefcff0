// The lesson's video, fetched from the box and kept as long as it is shown. Content that plays on many
// headsets is fetched before the lesson, not in it.
import { fetch_video } from '../../api/files';

const may_be_video = /^\/v1\/content\/\d+\/file$|^\/[^/].*\.(mp4|webm)$/;

export class Video {
    url = $state('');
    /// Progress from 0 to 1 while the video loads.
    share: number | null = $state(null);
    private content = '';
    private stop: AbortController | null = null;

    constructor(private readonly token: string) {}

    /// Plays only files of the box itself, not a file name that nobody uploaded.
    async show(content: string): Promise<void> {
        if (content === this.content) return;
        this.end();
        this.content = content;
        if (!may_be_video.test(content)) return;
        const stop = (this.stop = new AbortController());
        try {
            const tell = (share: number | null) => (this.share = share);
            const video = await fetch_video(content, this.token, stop.signal, tell);
            if (video && this.stop === stop) this.url = URL.createObjectURL(video);
        } catch {
            // The video is gone or no longer wanted; the drawn scene stays.
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
