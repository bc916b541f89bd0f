namespace Rubato.Kernels.Similarity;

/// <summary>The reference of all panel code over int8 codes: what counts as a hit, in plain words.</summary>
internal sealed unsafe class ScalarRowsCode : PanelCode
{
    public override bool Interleaved => false;

    public override void Run(PanelArguments* arguments)
    {
        ref PanelArguments panel = ref *arguments;
        for (; panel.Row < panel.RowEnd && panel.HitCount <= PanelArguments.HitLimit; panel.Row++)
            for (int lane = 0; lane < panel.LaneCount; lane++)
            {
                // SAFETY: as in VectorRowsCode
                float* half = panel.LaneBounds + lane / 16 * 64 + lane % 16;
                QuantisedBlock block = panel.Blocks[panel.Row / QuantisedRows.BlockRows];
                int dot = ((int*)half)[48];
                for (int c = 0; c < panel.RowBytes; c++)
                    dot += panel.Rows[panel.Row * panel.RowBytes + c] * ((sbyte*)panel.Queries)[lane * panel.RowBytes + c];
                if (dot * block.Scale < half[0] - half[16] * block.ErrorMax - half[32] * block.NormMax)
                    continue;
                panel.HitIds[panel.HitCount] = (int)panel.Row << PanelArguments.LaneBits | lane;
                panel.HitValues[panel.HitCount++] = dot;
            }
    }
}
