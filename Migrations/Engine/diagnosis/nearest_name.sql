create or replace function edit_distance(p_first text, p_second text) returns integer
  language plpgsql immutable
  set search_path from current
as $$
declare
  v_first text[] := string_to_array(lower(left(p_first, 100)), null);
  v_second text[] := string_to_array(lower(left(p_second, 100)), null);
  v_before integer[];
  v_last integer[] := array(select generate_series(0, cardinality(v_second)));
  v_row integer[];
  v_best integer;
begin
  for i in 1..cardinality(v_first) loop
    v_row := array[i];
    for j in 1..cardinality(v_second) loop
      v_best := least(
        v_last[j + 1] + 1, v_row[j] + 1, v_last[j] + case when v_first[i] = v_second[j] then 0 else 1 end
      );
      if i > 1 and j > 1 and v_first[i] = v_second[j - 1] and v_first[i - 1] = v_second[j] then
        v_best := least(v_best, v_before[j - 1] + 1);
      end if;
      v_row := v_row || v_best;
    end loop;
    v_before := v_last;
    v_last := v_row;
  end loop;
  return v_last[cardinality(v_second) + 1];
end
$$;
comment on function edit_distance(text, text) is 'Letters to insert, remove, replace or swap with their neighbour; upper and lower case are the same.';

create or replace function nearest_name(p_word text, p_candidates text[]) returns text
  language sql immutable
  set search_path from current
as $$
  select candidate
    from (
      select candidate, edit_distance(p_word, candidate) as distance
        from (select distinct candidate from unnest(p_candidates) as candidate where abs(length(candidate) - length(p_word)) <= greatest(1, length(p_word) / 3)
               order by candidate limit 200) as near
    ) as rated
   where distance between 1 and greatest(1, length(p_word) / 3)
   order by distance, candidate
   limit 1
$$;
comment on function nearest_name(text, text[]) is 'The name that somebody may have meant; null when all are too different.';

create or replace function did_you_mean(p_word text, p_candidates text[]) returns text
  language sql immutable
  set search_path from current
as $$
  select coalesce(format('; did you mean "%s"?', nearest_name(p_word, p_candidates)), '') where nearest_name(p_word, p_candidates) is not null
  union all
  select '' where nearest_name(p_word, p_candidates) is null
$$;
comment on function did_you_mean(text, text[]) is 'The end of a sentence about a name that nobody knows; empty where no other is near.';
