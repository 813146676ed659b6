// Estimates how far the server's clock is from ours, from the sample with the smallest round trip among
// the last eight: slow samples say little.

const samples_max = 8;

export class ServerClock {
  private samples: { rtt: number; offset: number }[] = [];

  // A message that carries the server's time, `sent` being when we asked (the same clock as `received`).
  sample(sent: number, serverTime: number, received: number): void {
    const rtt = received - sent;
    if (rtt < 0 || !Number.isFinite(serverTime)) return; // our own clock was set back meanwhile
    this.samples.push({ rtt, offset: serverTime - (sent + rtt / 2) });
    if (this.samples.length > samples_max) this.samples.shift();
  }

  // Our clock jumped: what we knew is void.
  reset(): void {
    this.samples = [];
  }

  get offset(): number {
    let best: { rtt: number; offset: number } | undefined;
    for (const sample of this.samples) if (!best || sample.rtt < best.rtt) best = sample;
    return best ? best.offset : 0;
  }

  now(): number {
    return Date.now() + this.offset;
  }
}
