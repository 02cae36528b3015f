DROP INDEX "thread_list_thread";--> statement-breakpoint
ALTER TABLE "thread_list" DROP CONSTRAINT "thread_list_connection_id_list_thread_id_pk";--> statement-breakpoint
ALTER TABLE "thread_list" ADD CONSTRAINT "thread_list_connection_id_thread_id_list_pk" PRIMARY KEY("connection_id","thread_id","list");