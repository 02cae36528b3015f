/**
 * Addresses of the image proxy: only we can make them, each for one user, one message and one picture, and for a while.
 * The time they end is rounded to the day, so that a message's HTML is the same all day and its pictures stay cached.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UserId } from '@postroom/db';

export interface SignedImage {
  readonly userId: UserId;
  readonly messageId: string;
  readonly url: string;
}

export interface ImageSigner {
  /** `/api/image?…` */
  sign(image: SignedImage): string;
  /** The address of the picture, when the query was signed for this user and has not ended; else null. */
  verify(userId: UserId, query: Readonly<Record<string, string>>): string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** From the beginning of today: seven to eight days are left. */
const DAYS = 8;

/** Makes and checks addresses. The key is derived, so that the secret may serve other purposes too. */
export function createImageSigner(secret: string, now: () => number = Date.now): ImageSigner {
  const key = createHmac('sha256', secret).update('image proxy').digest();
  const today = () => Math.floor(now() / DAY_MS);
  const signature = ({ userId, messageId, url }: SignedImage, lastDay: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([userId, messageId, url, lastDay]))
      .digest();

  return {
    sign(image) {
      const lastDay = String(today() + DAYS);
      const s = signature(image, lastDay).toString('base64url');
      return `/api/image?${new URLSearchParams({ u: image.url, m: image.messageId, e: lastDay, s })}`;
    },
    verify(userId, { u: url = '', m: messageId = '', e: lastDay = '', s = '' }) {
      const given = Buffer.from(s, 'base64url');
      const right = signature({ userId, messageId, url }, lastDay);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
      return Number(lastDay) > today() ? url : null;
    },
  };
}
