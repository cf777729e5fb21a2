namespace NtkPipeline.Core

open System
open System.Collections.Generic

/// Finds pairs of similar texts without comparing all: the smallest hash of a text's pieces is the same for two texts with a
/// probability that is their similarity, so texts that agree in a band of such hashes are compared, exactly.
/// Sources: Broder, "On the Resemblance and Containment of Documents", 1997; Indyk & Motwani, "Approximate Nearest Neighbors", 1998.
[<RequireQualifiedAccess>]
module MinHash =

    /// Hash functions of a signature.
    let private signatureLength = 128

    /// A pair at the threshold itself is overlooked with no more than this probability.
    let private mostOverlooked = 1e-3

    /// UTF-16 code units of a piece; four fill a uint64, so that two pieces are equal where their numbers are.
    let private pieceLength = 4

    /// The pieces of a text, each once, ascending: every four code units that stand side by side, blanks included. A shorter
    /// text is one piece, the empty text has none.
    let pieces (text: string) : uint64[] =
        let piece start length =
            let mutable packed = 0UL

            for k in start .. start + length - 1 do
                packed <- packed <<< 16 ||| uint64 text[k]

            packed

        let found =
            if text.Length = 0 then
                [||]
            elif text.Length < pieceLength then
                [| piece 0 text.Length |]
            else
                Array.init (text.Length - pieceLength + 1) (fun start -> piece start pieceLength)

        Array.sort found |> Array.distinct

    /// |A ∩ B| / |A ∪ B| of two ascending sets; 1 of two empty ones (Jaccard's coefficient).
    let similarity (a: uint64[]) (b: uint64[]) : float =
        let mutable i, j, common = 0, 0, 0

        while i < a.Length && j < b.Length do
            if a[i] = b[j] then
                common <- common + 1
                i <- i + 1
                j <- j + 1
            elif a[i] < b[j] then
                i <- i + 1
            else
                j <- j + 1

        match a.Length + b.Length - common with
        | 0 -> 1.0
        | all -> float common / float all

    /// A permutation of the 64-bit numbers (splitmix64's finaliser).
    let inline private mix (x: uint64) =
        let x = (x ^^^ (x >>> 30)) * 0xBF58476D1CE4E5B9UL
        let x = (x ^^^ (x >>> 27)) * 0x94D049BB133111EBUL
        x ^^^ (x >>> 31)

    let private signature (keys: uint64[]) (pieces: uint64[]) : uint64[] =
        let smallest = Array.create keys.Length UInt64.MaxValue

        for piece in pieces do
            let spread = mix piece

            for k in 0 .. keys.Length - 1 do
                smallest[k] <- min smallest[k] (mix (spread ^^^ keys[k]))

        smallest

    /// Hashes a band: as many as a pair at the threshold allows. With r of them it is overlooked with (1 − tʳ)^(128/r).
    let private bandLength (threshold: float) =
        [ 8; 4; 2 ]
        |> List.tryFind (fun length ->
            (1.0 - threshold ** float length) ** float (signatureLength / length) <= mostOverlooked)
        |> Option.defaultValue 1

    /// What texts that agree in this band have in common.
    let private bandKey (length: int) band (signature: uint64[]) =
        let mutable key = 0UL

        for k in band * length .. (band + 1) * length - 1 do
            key <- mix (key ^^^ signature[k]) + uint64 k

        key

    /// The number of each text's group, from 0 in the order in which groups first appear. Texts are given by their pieces; those
    /// whose similarity is at least the threshold share a group, and so does what is similar to one of them. A similar pair is
    /// overlooked with a probability of at most 0.001 at the threshold, less above it. A text without pieces is alone.
    let groups (threshold: float) (seed: Seed) (texts: uint64[][]) : int[] =
        let random = Seed.random seed
        let keys = Array.init signatureLength (fun _ -> uint64 (random.NextInt64()) <<< 1)
        let signatures = texts |> Array.Parallel.map (signature keys)
        let length = bandLength threshold
        let groups = Groups texts.Length

        let join row other =
            if groups.First row <> groups.First other && similarity texts[row] texts[other] >= threshold then
                groups.Join(row, other)

        for band in 0 .. signatureLength / length - 1 do
            let buckets = Dictionary<uint64, ResizeArray<int>>()

            for row in 0 .. texts.Length - 1 do
                if texts[row].Length > 0 then
                    let key = bandKey length band signatures[row]

                    match buckets.TryGetValue key with
                    | true, earlier ->
                        earlier |> Seq.iter (join row)
                        earlier.Add row
                    | _ -> buckets[key] <- ResizeArray [ row ]

        groups.Numbers
