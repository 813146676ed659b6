// Parts that phone and big screen share.
import type { ComponentChildren } from 'preact';

import { t } from '@web/i18n';
import { PlayerBadge, PlayerName } from '@web/ui/player';
import { Pip } from '@web/ui/seats';

import { evidenceText, listNames, nameOf, suspectedBy, type Person, type View } from './model';
import type { EvidenceEvent } from '@whoosh/sdk/games/suspect';

export function Mark({ person, size = 44 }: { person: Person; size?: number }) {
  return <PlayerBadge player={person} size={size} dim={person.away} />;
}

export function NameTag({ person, you = false }: { person: Person; you?: boolean }) {
  const notes = [
    you ? t('suspect.you') : '',
    person.bot ? t(person.idle ? 'suspect.idle' : 'suspect.bot') : '',
    person.away ? t('suspect.away') : '',
  ].filter(Boolean);
  return (
    <span class="name-tag">
      <PlayerName name={person.name} look={person.look} />
      {notes.length > 0 && <small>{notes.join(' · ')}</small>}
    </span>
  );
}

// One mark for each who suspects this person.
export function Meter({ people, view, person }: { people: Person[]; view: View; person: Person }) {
  const by = suspectedBy(people, view, person.id);
  if (by.length === 0) return null;
  return (
    <span class="meter">
      <span class="sr">
        {t('suspect.suspected_by', {
          names: listNames(
            people,
            by.map((one) => one.id),
          ),
        })}
      </span>
      {by.map((one) => (
        <Pip key={one.id} seat={one.seat} />
      ))}
    </span>
  );
}

export function Slip({ people, item }: { people: Person[]; item: EvidenceEvent }) {
  const by = people.find((person) => person.id === item.by);
  return (
    <li class={`slip stamp ${item.kind}`}>
      {by && <Mark person={by} size={34} />}
      <p>
        <small>{t('suspect.evidence.by', { name: nameOf(people, item.by) })}</small>
        <b>{evidenceText(people, item)}</b>
      </p>
      {!item.verified && <span class="unverified">{t('suspect.evidence.unverified')}</span>}
    </li>
  );
}

export function News({ view }: { view: View }) {
  if (!view.news) return null;
  return (
    <div class="news whoosh">
      <span class="news-flag">{t('suspect.news.breaking')}</span>
      <p>{view.news.message}</p>
    </div>
  );
}

export function CasePoster({ view, children }: { view: View; children?: ComponentChildren }) {
  return (
    <section class="card case whoosh">
      <h1>{view.case.title}</h1>
      <p class="case-stolen">{t('suspect.stolen', { what: view.case.stolen })}</p>
      <p>{view.case.briefing}</p>
      {children}
    </section>
  );
}
