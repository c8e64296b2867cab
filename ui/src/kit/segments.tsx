import { createContext, type ReactNode, useContext, useMemo } from 'react';

/** What every chart needs to know of a segment: where it is drawn, and how it is called. */
export interface SegmentKey {
  /** Position in every per-segment array (heatmap columns, distributions, rhythm) and the colour's number. */
  readonly index: number;
  /** 1, 2, 3 … as shown on its mark. */
  readonly number: number;
  readonly name: string;
  readonly share: number;
  /** Id of its card on the page. */
  readonly anchor: string;
  /** Where its name leads: to its card, or to its page in the workspace. */
  readonly href: string;
}

interface Listed {
  readonly segment: number;
  readonly id: string;
  readonly name: string;
  readonly share: number;
}

/** Gives the address of a segment by its lasting id. */
export type SegmentLinks = (id: string) => string;

function segmentKeys(segments: readonly Listed[], link?: SegmentLinks): SegmentKey[] {
  return segments.map((s) => ({
    index: s.segment,
    number: s.segment + 1,
    name: s.name.trim() || `Segment ${s.segment + 1}`,
    share: s.share,
    anchor: `segment-${s.segment + 1}`,
    href: link ? link(s.id) : `#segment-${s.segment + 1}`,
  }));
}

const SegmentsContext = createContext<readonly SegmentKey[]>([]);

interface SegmentsProviderProps {
  readonly segments: readonly Listed[];
  /** Absent in the report, where a segment's name leads to its card. */
  readonly link?: SegmentLinks;
  readonly children: ReactNode;
}

export function SegmentsProvider({ segments, link, children }: SegmentsProviderProps) {
  const keys = useMemo(() => segmentKeys(segments, link), [segments, link]);
  return <SegmentsContext.Provider value={keys}>{children}</SegmentsContext.Provider>;
}

export const useSegments = (): readonly SegmentKey[] => useContext(SegmentsContext);

/** The key of segment `index`; a plain stand-in where it is not listed. */
export function useSegment(index: number): SegmentKey {
  const keys = useSegments();
  return keys.find((key) => key.index === index) ?? { index, number: index + 1, name: `Segment ${index + 1}`, share: 0, anchor: 'segments', href: '#segments' };
}
