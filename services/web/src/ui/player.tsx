// A player as others see him: the mark of the seat, the name, and what is worn around them.
import type { RoomPlayer, SeatLook } from '@whoosh/sdk';

import { dressOf, pictureOf } from '../state/looks';
import { SeatBadge } from './seats';

interface BadgeProps {
  player: Pick<RoomPlayer, 'seat' | 'avatar' | 'id'> & { look?: SeatLook | undefined };
  size: number;
  dim?: boolean;
}

// The frame is around the mark, not beside it: both together take the same room as the mark alone.
export function PlayerBadge({ player, size, dim = false }: BadgeProps) {
  const { seat, avatar, id, look } = player;
  const frame = look?.frame;
  const badge = (
    <SeatBadge seat={seat} avatar={avatar} id={id} size={frame ? size * 0.72 : size} dim={dim} />
  );
  if (!frame) return badge;
  return (
    <span class="framed" style={{ '--size': `${size}px` }}>
      {badge}
      <img src={pictureOf(frame)} alt="" />
    </span>
  );
}

export function PlayerName({ name, look }: { name: string; look?: SeatLook | undefined }) {
  const plate = dressOf(look?.colour);
  const title = dressOf(look?.title)?.text;
  return (
    <>
      <b
        class={plate && 'plate'}
        style={plate && { '--plate': plate.value, '--plate-ink': plate.ink }}
      >
        {name}
      </b>
      {title && <em class="worn-title">{title}</em>}
    </>
  );
}
