-- A longer word is refused by a tsvector; contact-words.ts makes none any more.
UPDATE "contact" SET "words" = regexp_replace("words", '([^ ]{200})[^ ]+', '\1', 'g') WHERE "words" ~ '[^ ]{201}';--> statement-breakpoint
ALTER TABLE "contact" ADD COLUMN "starts" "tsvector" GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(replace(words, ' ', ' ' || connection_id || ':'), ' '), ''))) STORED;--> statement-breakpoint
CREATE INDEX "contact_starts" ON "contact" USING gin ("starts") WITH (fastupdate=true,gin_pending_list_limit=256);
