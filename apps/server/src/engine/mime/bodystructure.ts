/**
 * BODYSTRUCTURE as stored: a compact, JSON-safe tree, from what the server told or from the source itself. The part
 * numbers are IMAP's in both cases.
 */
import type { StructureNode } from '@postroom/db';
import { decodeEncodedWords } from './encoded-words.ts';
import type { MimePart } from './parts.ts';

/** A node of the stored tree; {@link attachmentsOf} makes its file names safe. */
export type Structure = StructureNode;

/** What imapflow gives for BODYSTRUCTURE, as far as it is used here. */
export interface ImapBodyStructure {
  part?: string | undefined;
  type: string;
  parameters?: Record<string, string> | undefined;
  id?: string | undefined;
  encoding?: string | undefined;
  size?: number | undefined;
  disposition?: string | undefined;
  dispositionParameters?: Record<string, string> | undefined;
  childNodes?: ImapBodyStructure[] | undefined;
}

const MAX_PARTS = 1000;
const MAX_DEPTH = 50;

/** The stored tree of what the server answered; null when it answered nothing usable. */
export function structureFromImap(bodyStructure: ImapBodyStructure | null | undefined): Structure | null {
  if (bodyStructure === null || bodyStructure === undefined) return null;
  let count = 0;
  const walk = (node: ImapBodyStructure, depth: number): Structure => {
    count += 1;
    const params = node.parameters ?? {};
    const isMultipart = node.type.toLowerCase().startsWith('multipart/');
    const children: Structure[] = [];
    if (isMultipart && depth < MAX_DEPTH) {
      for (const child of node.childNodes ?? []) if (count < MAX_PARTS) children.push(walk(child, depth + 1));
    }
    return compact({
      part: node.part ?? (isMultipart ? '' : '1'),
      type: node.type.toLowerCase(),
      size: node.size,
      encoding: node.encoding?.toLowerCase(),
      params,
      disposition: node.disposition,
      filename: node.dispositionParameters?.filename || params.name,
      contentId: node.id,
      children: isMultipart ? children : undefined,
    });
  };
  return walk(bodyStructure, 0);
}

/** The stored tree of a message whose source is here. */
export function structureFromParts(node: MimePart): Structure {
  return compact({
    part: node.part,
    type: node.type,
    size: node.children.length > 0 ? undefined : node.end - node.bodyStart,
    encoding: node.encoding,
    params: node.params,
    disposition: node.disposition,
    filename: node.filename,
    contentId: node.contentId,
    children: node.children.length > 0 ? node.children.map(structureFromParts) : undefined,
  });
}

interface LooseNode {
  part: string;
  type: string;
  size: number | undefined;
  encoding: string | undefined;
  params: Record<string, string>;
  disposition: string | undefined;
  filename: string | undefined;
  contentId: string | undefined;
  children: Structure[] | undefined;
}

function compact(node: LooseNode): Structure {
  const structure: Structure = { part: node.part, type: node.type };
  if (node.size !== undefined) structure.size = node.size;
  if (node.encoding !== undefined && node.encoding !== '') structure.encoding = node.encoding;
  if (node.params.charset) structure.charset = node.params.charset;
  if (node.params.format?.toLowerCase() === 'flowed') structure.flowed = true;
  if (node.params.delsp?.toLowerCase() === 'yes') structure.delsp = true;
  if (node.disposition) structure.disposition = node.disposition.toLowerCase();
  if (node.filename) structure.filename = decodeEncodedWords(node.filename).slice(0, 1000);
  const contentId = node.contentId?.trim().replace(/^<|>$/g, '');
  if (contentId) structure.contentId = contentId.slice(0, 1000);
  if (node.children !== undefined) structure.children = node.children;
  return structure;
}
