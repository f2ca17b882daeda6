<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="AllStyleCategories" hasScaleBasedVisibilityFlag="0">
  <pipe>
    <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">
      <rasterTransparency />
      <colorPalette>
        <paletteEntry value="0" label="Unclassified" color="#000000" alpha="0" />
        <paletteEntry value="1" label="Gr&#252;nland" color="#5aaa3c" alpha="255" />
        <paletteEntry value="2" label="Fichte, alt" color="#0a5028" alpha="255" />
        <paletteEntry value="3" label="Bare soil" color="#b47846" alpha="255" />
        <paletteEntry value="5" label="&#27700;" color="#1e5ac8" alpha="255" />
        <paletteEntry value="9" label="Not drawn yet" color="#fa00fa" alpha="255" />
      </colorPalette>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1" />
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" />
    <rasterresampler maxOversampling="2" />
  </pipe>
  <blendMode>0</blendMode>
</qgis>
